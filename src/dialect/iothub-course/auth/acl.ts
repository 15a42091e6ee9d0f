import type { Address } from '../wire/names.ts'

/**
 * What a device may publish, computed when it is asked: nobody has to be registered anew for a new topic [iothub 3.4].
 */
export const publishRules = ({ product, device }: Address): string[] => [
  `upload_data/${product}/${device}/+/+`,
  `update_status/${product}/${device}/+`,
  `cmd_resp/${product}/${device}/+/+/+`,
  `rpc_resp/${product}/${device}/+/+/+`,
  `get/${product}/${device}/+/+`,
  `m2m/${product}/+/${device}/+`,
  `update_ota_status/${product}/${device}/+`,
]

/** What a device may subscribe to itself [iothub 3.4]. */
export const subscribeRules = ({ product }: Pick<Address, 'product'>): string[] => [`tags/${product}/+/cmd/+/+/+/#`]

/** What the hub subscribes a device to when it connects, since its SDK never does [iothub 3.3]. */
export const imposedFilters = ({ product, device }: Address): string[] => [
  `cmd/${product}/${device}/+/+/+/#`,
  `rpc/${product}/${device}/+/+/+/#`,
  `m2m/${product}/${device}/+/+`,
]

/** Whether every topic that `filter` (or the topic it is) matches is also matched by `rule`. */
export function covers(rule: string, filter: string): boolean {
  const allowed = rule.split('/')
  const wanted = filter.split('/')
  for (const [i, level] of allowed.entries()) {
    if (level === '#') return true
    const asked = wanted[i]
    if (asked === undefined || asked === '#' || (level !== '+' && level !== asked)) return false
  }
  return wanted.length === allowed.length
}
