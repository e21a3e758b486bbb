/** Rules for the names people and models give. They are shown in errors, so they stay simple. */
export const SERVER_NAME = /^[a-z][a-z0-9-]{1,38}$/
export const TOOL_NAME = /^[a-z][a-z0-9_]{2,62}$/
export const SECRET_NAME = /^[A-Z][A-Z0-9_]{1,63}$/

export { nearestName } from '../../runtime/library/nearest-name.ts'
