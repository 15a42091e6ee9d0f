import { constants } from 'node:fs'
import { access, mkdir, readdir, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { ConnectionKitView, HubApi } from '../shared/api.ts'
import { diskFault } from '../shared/disk-fault.ts'
import { isFileName } from '../shared/file-name.ts'
import { messages } from './messages.ts'
import type { Output } from './output.ts'

const { calls } = messages

/** Registers a device and hands out what its firmware needs: into a folder, or for people to copy. */
export async function addDevice(
  api: HubApi,
  dialect: string,
  name: string,
  out: string | undefined,
  output: Output,
): Promise<void> {
  // Looked at first: the keys are given once.
  const made = out === undefined ? undefined : await makeFolder(out)
  let kit: ConnectionKitView
  try {
    kit = await api.addDevice(dialect, name)
    if (out !== undefined) checkNames(kit)
  } catch (error) {
    if (out !== undefined && made !== undefined) await unmake(out, made).catch(() => {})
    throw error
  }
  const written = out === undefined ? [] : await writeFiles(out, kit)
  output.result(out === undefined ? kit : withoutSecrets(kit, written), () =>
    [
      calls.added(kit.device, kit.title),
      '',
      // What is in the files needs not be on the screen too.
      ...kit.facts
        .filter(({ secret }) => secret !== true || out === undefined)
        .map(({ label, value }) => `${label}: ${value}`),
      '',
      ...(out === undefined
        ? kit.files.flatMap((file) => [`${file.name}:`, file.content.trimEnd(), ''])
        : written.map((file) => calls.written(file))),
    ]
      .join('\n')
      .trimEnd(),
  )
}

/** The kit without what is in its files: whoever pipes it on passes no key on, wherever in the kit one was. */
function withoutSecrets(kit: ConnectionKitView, written: readonly string[]): object {
  const { facts, files, session, snippets, ...rest } = kit
  const { password: _, certificate, ...named } = session
  const secrets = secretsOf(kit)
  const isOpen = (text: string): boolean => !secrets.some((secret) => text.includes(secret))
  return {
    ...rest,
    session: { ...named, ...(certificate !== undefined && { certificate: { cert: certificate.cert } }) },
    facts: facts.filter(({ secret }) => secret !== true),
    files: files.map(({ name }, index) => ({ name, path: written[index] })),
    snippets: snippets.filter(({ code }) => isOpen(code)),
  }
}

/** In each line of them: code to paste breaks keys into literals. */
function secretsOf({ facts, session }: ConnectionKitView): string[] {
  const values = [
    ...facts.filter(({ secret }) => secret === true).map(({ value }) => value),
    session.password,
    session.certificate?.key,
  ]
  const lines = values.flatMap((value) => value?.split(/\r?\n/) ?? [])
  return lines.filter((line) => line !== '' && !line.startsWith('-----'))
}

/** Makes it, unless it is there and empty; throws if nothing can be written into it. Resolves to what it has made. */
async function makeFolder(folder: string): Promise<string | undefined> {
  let names: string[]
  let made: string | undefined
  try {
    made = await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK | constants.X_OK)
    names = await readdir(folder)
  } catch (error) {
    const fault = diskFault(error)
    throw fault === undefined ? error : new Error(calls.notWritable(folder, fault, (error as Error).message))
  }
  if (names.length > 0) throw new Error(calls.notEmpty(folder))
  return made
}

/** Removes empty folders, from the inner one to the outer one. */
async function unmake(inner: string, outer: string): Promise<void> {
  for (let folder = resolve(inner); ; folder = dirname(folder)) {
    await rmdir(folder)
    if (folder === resolve(outer)) return
  }
}

function checkNames({ files }: ConnectionKitView): void {
  for (const { name } of files) if (!isFileName(name)) throw new Error(calls.notAName(name))
}

async function writeFiles(folder: string, { files }: ConnectionKitView): Promise<string[]> {
  const written: string[] = []
  for (const { name, content, secret } of files) {
    const path = join(folder, name)
    await writeFile(path, content, { flag: 'wx', mode: secret === true ? 0o600 : 0o644 })
    written.push(path)
  }
  return written
}
