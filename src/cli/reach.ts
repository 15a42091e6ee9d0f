import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { reachHub, type ReachedHub } from '../hub/attach.ts'
import { findHub } from '../hub/locator.ts'
import type { CallInvocation } from './call-arguments.ts'
import { messages } from './messages.ts'

/** The hub that a command is for. Rejects with what people can do if there is none. */
export async function reach({ at }: Pick<CallInvocation, 'at'>): Promise<ReachedHub> {
  if ('url' in at) return reachHub({ url: at.url, token: (await readFile(at.tokenFile, 'utf8')).trim() })
  let doubt: string | undefined
  const found = await findHub(at.data, { onDoubt: (why) => (doubt = why) })
  if (found === undefined) throw new Error(messages.calls.noHub(resolve(at.data), doubt))
  return reachHub(found)
}
