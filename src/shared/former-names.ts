/**
 * What dialects were called in earlier releases, and what they are called now. Files, scripts and tabs that people have
 * kept go on saying it: whatever comes from there passes here.
 */
export const formerNames: Readonly<Record<string, string>> = { iothub: 'iothub-course' }

/** The dialect's name of now. */
export const presentName = (dialect: string): string =>
  Object.hasOwn(formerNames, dialect) ? formerNames[dialect]! : dialect

/** The key of a device, group or job, with its dialect's name of now. */
export function presentKey(key: string): string {
  const slash = key.indexOf('/')
  return slash === -1 ? key : presentName(key.slice(0, slash)) + key.slice(slash)
}
