import { isAbsolute, join } from 'node:path'
import {
  defaultOptions,
  optionSpecs,
  type CloudOptions,
  type HubOptions,
  type OptionSpec,
} from '../../shared/options.ts'

/** Where relative and absent paths lead. */
export interface Places {
  /** State goes here unless the user says otherwise. */
  storage: string
  /** The workspace's first folder; `undefined`: none is open. */
  folder: string | undefined
}

/** The hub's options from the editor's settings; what cannot be used is left at its default and named by `onWrong`. */
export function readOptions(
  setting: (name: string) => unknown,
  places: Places,
  onWrong: (name: string, value: unknown) => void,
): HubOptions {
  const entries = optionSpecs.map((spec) => {
    const value = setting(spec.name)
    if (fits(spec, value)) return [spec.name, value]
    if (value !== undefined && value !== null) onWrong(spec.name, value)
    return [spec.name, defaultOptions[spec.name]]
  })
  const options = Object.fromEntries(entries) as unknown as HubOptions
  const chosen = setting('data')
  return {
    ...options,
    clouds: cloudsIn(setting('clouds')),
    data: typeof chosen === 'string' && chosen !== '' ? inFolder(chosen, places) : places.storage,
    bucket: options.bucket === '' ? '' : inFolder(options.bucket, places),
  }
}

/** What is set of single clouds, in the form that settings with dots in their names have; the hub judges the rest. */
function cloudsIn(set: unknown): CloudOptions {
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
  if (!isObject(set)) return {}
  return Object.fromEntries(
    Object.entries(set).flatMap(([cloud, options]) => (isObject(options) ? [[cloud, { ...options }]] : [])),
  ) as CloudOptions
}

/** An empty host would mean every address of the machine: only what is empty by default may be left empty. */
function fits({ name, type, choices }: OptionSpec, value: unknown): boolean {
  switch (type) {
    case 'flag':
      return typeof value === 'boolean'
    case 'port':
      return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535
    case 'choice':
      return choices?.some((choice) => choice === value) === true
    case 'string':
      return typeof value === 'string' && (value.trim() !== '' || defaultOptions[name] === '' || name === 'data')
  }
}

const inFolder = (path: string, { folder, storage }: Places) =>
  isAbsolute(path) ? path : join(folder ?? storage, path)
