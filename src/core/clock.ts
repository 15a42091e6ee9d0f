/** Milliseconds since 1970-01-01 UTC, on whichever clock the hub runs. */
export type Instant = number

/** Where all domain time comes from. MQTT keep-alive and sockets stay on real time. */
export interface Clock {
  now(): Instant
  /**
   * Calls `wake` once the clock has reached `at`; if it already has, a real one does soon, a virtual one when it is
   * moved next. Returns a way to call it off.
   */
  at(at: Instant, wake: () => void): () => void
}
