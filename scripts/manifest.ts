import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cloudOptions, type CloudOption } from '../src/hub/cloud-options.ts'
import { commands } from '../src/vscode/commands.ts'
import { defaultOptions, optionSpecs, type OptionSpec } from '../src/shared/options.ts'
import { difference } from './difference.ts'
import { readJson, root } from './read-json.ts'

interface Setting {
  type: string
  enum?: string[]
  enumItemLabels?: string[]
  markdownEnumDescriptions?: string[]
  default: unknown
  minimum?: number
  maximum?: number
  order?: number
}

interface Manifest {
  contributes: {
    commands: { command: string; title: string; category?: string }[]
    /** In sections, each with a title. */
    configuration: { title: string; order: number; properties: Record<string, Setting> }[]
  }
}

/** Settings of the editor alone, which no option of the hub mirrors. */
const editorOnly: readonly string[] = []

/** Where the editor's default is rightly another: it keeps state in the workspace's own storage. */
const ownDefaults: Partial<Record<string, unknown>> = { data: '' }

const languages = ['package.nls.json', 'package.nls.zh-cn.json']
const category = 'IoT Hub'

/** Everything in package.json that disagrees with the catalogues in the code or with its texts. */
export function findManifest(): string[] {
  const { contributes } = readJson<Manifest>('package.json')
  const settings = Object.assign({}, ...contributes.configuration.map(({ properties }) => properties)) as Record<
    string,
    Setting
  >
  return [...commandFaults(contributes.commands), ...settingFaults(settings), ...labelFaults(), ...textFaults()]
}

function commandFaults(declared: Manifest['contributes']['commands']): string[] {
  const catalogue = Object.entries(commands)
  const ids = declared.map(({ command }) => command)
  return [
    ...difference(
      catalogue.map(([, id]) => id),
      ids,
    ).map((id) => `package.json does not declare the command ${id}`),
    ...difference(
      ids,
      catalogue.map(([, id]) => id),
    ).map((id) => `src/vscode/commands.ts does not know the command ${id}`),
    ...ids
      .filter((id, index) => ids.indexOf(id) !== index)
      .map((id) => `package.json declares the command ${id} twice`),
    ...catalogue.flatMap(([name, id]) => {
      const found = declared.find(({ command }) => command === id)
      if (found === undefined) return []
      return [
        ...(found.title === `%command.${name}%` ? [] : [`the title of ${id} must be %command.${name}%`]),
        ...(found.category === category ? [] : [`the category of ${id} must be “${category}”`]),
      ]
    }),
  ]
}

function settingFaults(settings: Record<string, Setting>): string[] {
  const specs = [...optionSpecs.map(specOf), ...cloudOptions().map(cloudSpecOf)]
  const wanted = [...specs.map(({ name }) => `iotHub.${name}`), ...editorOnly]
  return [
    ...difference(wanted, Object.keys(settings)).map((name) => `package.json lacks the setting ${name}`),
    ...difference(Object.keys(settings), wanted).map((name) => `no option of the hub is behind the setting ${name}`),
    ...specs.flatMap((spec) => {
      const setting = settings[`iotHub.${spec.name}`]
      return setting === undefined ? [] : shapeFaults(spec, setting)
    }),
  ]
}

/** What a setting must be for the option behind it. */
interface SettingSpec {
  name: string
  type: string
  choices?: readonly string[]
  least?: number
  most?: number
  default: unknown
}

const specOf = ({ name, type, choices }: OptionSpec): SettingSpec => ({
  name,
  type: type === 'port' ? 'integer' : type === 'flag' ? 'boolean' : 'string',
  ...(choices !== undefined && { choices }),
  ...(type === 'port' && { least: 0, most: 65_535 }),
  default: name in ownDefaults ? ownDefaults[name] : defaultOptions[name],
})

/** A cloud's own option. */
const cloudSpecOf = ({ dialect, option }: CloudOption): SettingSpec => ({
  ...option,
  name: `clouds.${dialect}.${option.name}`,
  type: option.type === 'flag' ? 'boolean' : option.type === 'number' ? 'number' : 'string',
})

function shapeFaults(spec: SettingSpec, setting: Setting): string[] {
  const { name, type, choices } = spec
  const wanted = {
    type,
    minimum: spec.least,
    maximum: spec.most,
    enum: choices,
    enumItemLabels: choices?.map((choice) => `%setting.${name}.${choice}.label%`),
    markdownEnumDescriptions: choices?.map((choice) => `%setting.${name}.${choice}%`),
    default: spec.default,
    markdownDescription: `%setting.${name}%`,
  }
  return Object.entries(wanted).flatMap(([key, value]) => {
    const found = setting[key as keyof Setting]
    return JSON.stringify(found) === JSON.stringify(value)
      ? []
      : [`the setting iotHub.${name} has ${key} ${JSON.stringify(found)}, it must be ${JSON.stringify(value)}`]
  })
}

/**
 * VS Code makes a setting's label of its key (“Iot Hub: Mqtts”): what people call it stands first in the description.
 */
function labelFaults(): string[] {
  return languages.flatMap((file) => {
    const texts = readJson<Record<string, string>>(file)
    const names = [...optionSpecs.map(specOf), ...cloudOptions().map(cloudSpecOf)].map(({ name }) => name)
    return names.flatMap((name) =>
      /^\*\*.+?\*\*/.test(texts[`setting.${name}`] ?? '')
        ? []
        : [`${file}: setting.${name} must begin with its **name**`],
    )
  })
}

/** Texts that the manifest asks for and a language lacks, or that a language has for nothing. */
function textFaults(): string[] {
  const asked = [...readFileSync(join(root, 'package.json'), 'utf8').matchAll(/"%([\w.-]+)%"/g)].map(
    (match) => match[1]!,
  )
  return languages.flatMap((file) => {
    const texts = readJson<Record<string, string>>(file)
    return [
      ...difference(asked, Object.keys(texts)).map((key) => `${file} lacks ${key}`),
      ...difference(Object.keys(texts), asked).map((key) => `${file} has ${key}, which package.json does not use`),
      ...Object.keys(texts)
        .filter((key) => texts[key]?.trim() === '')
        .map((key) => `${file} has no text for ${key}`),
    ]
  })
}
