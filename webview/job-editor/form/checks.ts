import * as l10n from '@vscode/l10n'
import type { Problem } from '../../../src/shared/api.ts'

/**
 * Gathers what is wrong with a form, field by field; each reader returns the value, or undefined if there is none that
 * can be used.
 */
export class FormChecks {
  readonly problems: Problem[] = []

  refuse(field: string, value: unknown, rule: string): undefined {
    this.problems.push({ field, value, rule })
  }

  required(field: string, value: string): string | undefined {
    return value.trim() === '' ? this.refuse(field, '', l10n.t('is required')) : value.trim()
  }

  /** A number of at least `least`, whole unless `fraction`. Empty: undefined, and a problem only if it is required. */
  number(
    field: string,
    typed: string,
    { least, most, above, fraction = false, optional = false }: NumberRule,
  ): number | undefined {
    const text = typed.trim()
    if (text === '') return optional ? undefined : this.refuse(field, '', l10n.t('is required'))
    const value = Number(text)
    if (!Number.isFinite(value)) return this.refuse(field, text, l10n.t('must be a number'))
    if (!fraction && !Number.isInteger(value)) return this.refuse(field, value, l10n.t('must be a whole number'))
    if (least !== undefined && value < least) return this.refuse(field, value, l10n.t('must be at least {0}', least))
    if (above !== undefined && value <= above)
      return this.refuse(field, value, l10n.t('must be greater than {0}', above))
    if (most !== undefined && value > most) return this.refuse(field, value, l10n.t('must be at most {0}', most))
    return value
  }
}

export interface NumberRule {
  least?: number
  most?: number
  above?: number
  fraction?: boolean
  optional?: boolean
}
