/**
 * Whether an IP address, as sockets report it, is this machine's own: 127.0.0.0/8, ::1, or the former mapped into IPv6.
 */
export function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')
  return plain === '::1' || /^127(\.\d{1,3}){3}$/.test(plain)
}
