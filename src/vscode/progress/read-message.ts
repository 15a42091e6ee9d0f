import type { ExecutionSort } from '../../shared/api.ts'
import { deviceDeeds, jobDeeds, mostWatched, type FromProgress } from '../../shared/progress-messages.ts'

const sorts = ['device', 'status', 'progress', 'updated'] as const satisfies ExecutionSort[]

/** What a page sent, if it is a message: a webview is to be trusted no more than any page. */
export function readFromProgress(input: unknown): FromProgress | undefined {
  if (typeof input !== 'object' || input === null) return undefined
  const message = input as Record<string, unknown>
  const { type, device } = message
  const jobDeed = jobDeeds.find((deed) => deed === type)
  if (jobDeed !== undefined) return { type: jobDeed }
  const deviceDeed = deviceDeeds.find((deed) => deed === type)
  if (deviceDeed !== undefined) return isText(device) ? { type: deviceDeed, device } : undefined
  switch (type) {
    case 'ready':
      return { type }
    case 'page':
      return readPage(message)
    case 'watch':
      return readWatch(message)
    case 'select':
      if (device === undefined) return { type }
      return isText(device) ? { type, device } : undefined
    case 'cspViolation':
      return isText(message['text']) ? { type, text: message['text'].slice(0, 500) } : undefined
    default:
      return undefined
  }
}

function readPage({
  request,
  status,
  search,
  sort,
  descending,
  after,
  limit,
}: Record<string, unknown>): FromProgress | undefined {
  if (!Number.isInteger(request) || !Number.isInteger(limit)) return undefined
  if (
    Number(limit) < 1 ||
    Number(limit) > 1000 ||
    ![status, search, after].every((text) => text === undefined || isText(text))
  )
    return undefined
  const order = sorts.find((known) => known === sort)
  if (order !== sort || (descending !== undefined && typeof descending !== 'boolean')) return undefined
  return {
    type: 'page',
    request: Number(request),
    limit: Number(limit),
    ...(isText(status) && { status }),
    ...(isText(search) && { search }),
    ...(order !== undefined && { sort: order }),
    ...(descending !== undefined && { descending }),
    ...(isText(after) && { after }),
  }
}

function readWatch({ devices }: Record<string, unknown>): FromProgress | undefined {
  return Array.isArray(devices) && devices.length <= mostWatched && devices.every(isText)
    ? { type: 'watch', devices }
    : undefined
}

const isText = (value: unknown): value is string => typeof value === 'string'
