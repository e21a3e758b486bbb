import { URLPattern } from 'urlpattern-polyfill/urlpattern'

// V8 has none. The process has one, but patterns hold regular expressions: those of code run in the isolate alone,
// under its limits.
export { URLPattern }
