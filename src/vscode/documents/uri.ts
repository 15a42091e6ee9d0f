import { Uri } from 'vscode'
import { pathOf, scheme, type Subject } from './paths.ts'

/** Where the document about this is. */
export const uriOf = (subject: Subject): Uri => Uri.from({ scheme, path: pathOf(subject) })
