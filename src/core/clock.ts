/** Milliseconds since 1970-01-01 UTC, on whichever clock the hub runs. */
export type Instant = number

/** Where all domain time comes from. MQTT keep-alive and sockets stay on real time. */
export interface Clock {
  now(): Instant
  /** Calls `wake` once the clock has reached `at` (at once, but not synchronously, if it already has). Returns a way to call it off. */
  at(at: Instant, wake: () => void): () => void
}
