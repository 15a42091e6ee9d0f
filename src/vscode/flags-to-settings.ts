import { optionSpecs } from '../shared/options.ts'

/** The hub speaks of its flags; in the editor they are settings. */
export const flagsToSettings = (text: string): string =>
  text
    .replace(/--([a-z]+)\b(?!-)/g, (flag, name: string) =>
      optionSpecs.some((spec) => spec.name === name) ? `iotHub.${name}` : flag,
    )
    // Of a single cloud.
    .replace(/--([a-z]+)-([a-z-]+)\b/g, 'iotHub.clouds.$1.$2')
