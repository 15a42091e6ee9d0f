import { nameOf, type DeviceKey } from '../../../core/ids.ts'

/**
 * Whether a client speaks as the SDK of the course's second edition, which names itself `{P}-{D}[-{id}]` and counts
 * time in milliseconds; the first one is `{P}/{D}[/{id}]` and counts in seconds [iothub 2, 4].
 */
export const isSecondSdk = (device: DeviceKey, clientId: string): boolean =>
  isIdOf(nameOf(device).replace('/', '-'), '-', clientId)

/** Whether a client id is one that either SDK gives itself for this user name. */
export const isSdkClientId = (username: string, clientId: string): boolean =>
  isIdOf(username, '/', clientId) || isIdOf(username.replace('/', '-'), '-', clientId)

const isIdOf = (name: string, separator: string, clientId: string): boolean =>
  clientId === name || clientId.startsWith(name + separator)
