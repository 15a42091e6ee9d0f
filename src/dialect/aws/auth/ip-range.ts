/**
 * Whether an IP address lies in a range `address/prefix`, or is that address [IAM: IpAddress]. `::ffff:1.2.3.4` counts
 * as both that it is.
 */
export function isInRange(address: string, range: string): boolean {
  const [base = '', prefix, ...rest] = range.split('/')
  const bits = base.includes(':') ? 128 : 32
  const from = bits === 128 ? readV6(base) : readV4(base)
  const at = bits === 128 ? readV6(address) : (readV4(address) ?? mapped(readV6(address)))
  if (at === undefined || from === undefined || rest.length > 0) return false
  if (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) return false
  const fixed = prefix === undefined ? bits : Number(prefix)
  if (fixed > bits) return false
  const free = BigInt(bits - fixed)
  return at >> free === from >> free
}

/** The address of version 4 in one of version 6, if that is what it is. */
const mapped = (address: bigint | undefined): bigint | undefined =>
  address !== undefined && address >> 32n === 0xffffn ? address & 0xffff_ffffn : undefined

function readV4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined
  return parts.reduce((value, part) => value * 256n + BigInt(part), 0n)
}

function readV6(text: string): bigint | undefined {
  if (!text.includes(':')) return undefined
  const [head = '', tail, ...rest] = (text.split('%')[0] ?? '').split('::')
  if (rest.length > 0) return undefined
  const [before, after] = [groupsOf(head), tail === undefined ? [] : groupsOf(tail)]
  if (before === undefined || after === undefined) return undefined
  const missing = 8 - before.length - after.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const groups = [...before, ...Array<bigint>(missing).fill(0n), ...after]
  return groups.reduce((value, group) => (value << 16n) | group, 0n)
}

/** The last group may be an address of version 4, which fills two. */
function groupsOf(text: string): bigint[] | undefined {
  if (text === '') return []
  const groups: bigint[] = []
  for (const part of text.split(':')) {
    const v4 = part.includes('.') ? readV4(part) : undefined
    if (v4 !== undefined) groups.push(v4 >> 16n, v4 & 0xffffn)
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`))
    else return undefined
  }
  return groups
}
