/** Ids are UUIDs; the brand keeps one kind from standing in for another. */
type Id<Kind extends string> = string & { readonly __id: Kind }

export type TenantId = Id<'tenant'>
export type ServerId = Id<'server'>
export type BuildId = Id<'build'>
export type DeploymentId = Id<'deployment'>
export type SourceId = Id<'source'>
export type DaemonId = Id<'daemon'>
export type JobId = Id<'job'>
export type InboxItemId = Id<'inbox-item'>

/** The tenant that a local installation has from its first migration on. */
// The one place where a fixed text becomes an id.
export const LOCAL_TENANT = '00000000-0000-7000-8000-000000000001' as TenantId
