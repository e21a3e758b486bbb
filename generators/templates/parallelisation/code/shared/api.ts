/** Where `fetch_paths` sends its requests, without a slash at the end. Its host is among the hosts of that tool. */
export const baseUrl = 'https://api.example.com'
