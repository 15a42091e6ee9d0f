import { X509Certificate } from 'node:crypto'
import { parseJson } from '../../../core/json-text.ts'

/** What policies can say of a certificate: values by name, in the certificate's order [aws 4.7.3]. */
export type CertificateFacts = ReadonlyMap<string, readonly string[]>

const PREFIX = 'iot:Certificate.'

/** The parts of a distinguished name, and how OpenSSL abbreviates them. */
const PARTS: Readonly<Record<string, string>> = {
  CommonName: 'CN',
  Country: 'C',
  DistinguishedNameQualifier: 'dnQualifier',
  GenerationQualifier: 'generationQualifier',
  GivenName: 'GN',
  Initials: 'initials',
  Organization: 'O',
  OrganizationalUnit: 'OU',
  Pseudonym: 'pseudonym',
  SerialNumber: 'serialNumber',
  State: 'ST',
  Surname: 'SN',
  Title: 'title',
}

/** Kinds of alternative names, as Node writes them. */
const ALTERNATIVES: Readonly<Record<string, string>> = {
  email: 'RFC822Name',
  DNS: 'DNSName',
  DirName: 'DirectoryName',
  URI: 'UniformResourceIdentifier',
  'IP Address': 'IPAddress',
}

const AVAILABLE = `${PREFIX}AvailableKeys`
const NAMES = new Set([
  ...['Subject', 'Issuer'].flatMap((who) => Object.keys(PARTS).map((part) => `${PREFIX}${who}.${part}`)),
  ...Object.values(ALTERNATIVES).map((kind) => `${PREFIX}Subject.AlternativeName.${kind}`),
  `${PREFIX}SerialNumber`,
  AVAILABLE,
])

/** Whether a policy may ask for this of a certificate, whether it has it or not. */
export const isCertificateFact = (name: string): boolean => NAMES.has(name)

const MAX_VALUES = 5
const MAX_LENGTH = 1024

/** Reads a certificate; what cannot be read says nothing. */
export function certificateFacts(pem: string): CertificateFacts {
  const facts = new Map<string, string[]>()
  const add = (name: string, values: readonly string[]): void => {
    const kept = values.filter(({ length }) => length <= MAX_LENGTH).slice(0, MAX_VALUES)
    if (kept.length > 0) facts.set(name, kept)
  }
  const certificate = read(pem)
  if (certificate === undefined) return facts
  const { subject, issuer } = certificate.toLegacyObject() as unknown as Record<
    'subject' | 'issuer',
    Record<string, string | string[]> | undefined
  >
  for (const [who, name] of Object.entries({ Subject: subject, Issuer: issuer })) {
    for (const [part, short] of Object.entries(PARTS)) add(`${PREFIX}${who}.${part}`, [name?.[short] ?? []].flat())
  }
  const alternatives = alternativeNames(certificate.subjectAltName ?? '')
  for (const kind of Object.values(ALTERNATIVES)) {
    add(
      `${PREFIX}Subject.AlternativeName.${kind}`,
      alternatives.flatMap((one) => (one.kind === kind ? [one.value] : [])),
    )
  }
  add(`${PREFIX}SerialNumber`, decimal(certificate.serialNumber))
  // Not one of the five values at most that the others have.
  facts.set(AVAILABLE, [...facts.keys()])
  return facts
}

/** Of hex digits, which may have a sign: some makers of certificates get that wrong. */
function decimal(hex: string): string[] {
  const [, sign = '', digits] = /^(-?)([0-9a-f]+)$/i.exec(hex) ?? []
  return digits === undefined ? [] : [`${sign}${BigInt(`0x${digits}`)}`]
}

function read(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

/** Node writes `DNS:a, email:b, DirName:"…"`: values with characters that could be misread are JSON strings. */
function alternativeNames(text: string): { kind: string; value: string }[] {
  const names: { kind: string; value: string }[] = []
  for (const [, label = '', quoted, bare = ''] of text.matchAll(
    /([A-Za-z0-9 ]+):(?:("(?:[^"\\]|\\.)*")|([^,]*))(?:, |$)/gy,
  )) {
    const kind = Object.hasOwn(ALTERNATIVES, label) ? ALTERNATIVES[label] : undefined
    if (kind === undefined) continue
    const value = quoted === undefined ? bare : String(parseJson(quoted))
    names.push({ kind, value: kind === 'DirectoryName' ? directoryName(value) : value })
  }
  return names
}

/** OpenSSL tells the last part first; policies read `cn=a,ou=b`. Backslashes before special characters stay. */
function directoryName(name: string): string {
  const parts = [...name.matchAll(/(?:^|,)((?:[^,\\]|\\[\s\S])*)/g)].map(([, part = '']) => part)
  return parts
    .reverse()
    .map((part) => part.replace(/^[^=]+/, (type) => type.toLowerCase()))
    .join(',')
}
