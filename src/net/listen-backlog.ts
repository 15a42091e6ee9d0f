/**
 * How many connections may wait to be let in, as far as the system allows it. Of a crowd that comes at once, those who
 * find no place try again after a second; Node's own 511 are not enough for a fleet that wakes up.
 */
export const LISTEN_BACKLOG = 4096
