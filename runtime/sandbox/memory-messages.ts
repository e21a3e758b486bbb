/** What isolated-vm and V8 say when memory is missing. */
export const MEMORY_MESSAGES = /^(Isolate was disposed|Isolate is (already )?disposed|Array buffer allocation failed)/
