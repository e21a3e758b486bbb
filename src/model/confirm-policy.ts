/** Before which calls a person is asked: all that change something, those that destroy something, or none. */
export type ConfirmPolicy = 'always' | 'destructive' | 'never'

export const CONFIRM_POLICIES: readonly ConfirmPolicy[] = ['always', 'destructive', 'never']
