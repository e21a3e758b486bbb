/** Counts the streams that clients have open. */
export function openStreams(): { counted(response: Response): Response; count(): number } {
  let open = 0
  return {
    count: () => open,
    counted(response) {
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
      if (!response.body || !isStream) return response
      open += 1
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const ended = response.body.pipeTo(writable)
      // A client that has gone is no failure.
      void ended.catch(() => {}).then(() => (open -= 1))
      return new Response(readable, response)
    },
  }
}
