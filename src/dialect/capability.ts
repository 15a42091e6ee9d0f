/** One thing the cloud offers and what the hub makes of it: the source of the coverage table. */
export interface Capability {
  area: string
  /** The cloud's own name of the operation, topic or rule. */
  item: string
  /** `ignored`: accepted and counted at run time, without effect; `refused`: answered with an error. */
  state: 'modelled' | 'ignored' | 'refused'
  /** What differs, for `modelled` with a deviation; why, for the others. */
  note?: string
}
