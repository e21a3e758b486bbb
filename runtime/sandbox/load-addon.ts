import { createRequire } from 'node:module'
import type ivmTypes from 'isolated-vm'

// The parent found the binary of isolated-vm; it exports the same as the package.
export const { ivm } = createRequire(import.meta.url)(process.argv[2] ?? '') as { readonly ivm: typeof ivmTypes }
