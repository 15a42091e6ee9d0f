import { invalid } from '../../../core/errors.ts'
import type { Target } from '../../../core/job/model.ts'
import type { Context } from '../../dialect.ts'
import { parseArn, type Caller } from '../wire/arns.ts'
import { resourceNotFound } from '../wire/errors.ts'
import type { Fields } from '../wire/fields.ts'
import { groupKey, thingKey } from './keys.ts'

/** [aws 3.4] */
export const MAX_TARGETS = 100

/** A target and the ARN it was given by. */
export interface NamedTarget {
  arn: string
  target: Target
}

/**
 * Reads `targets`, each once [aws 3.4]: what is no ARN is invalid, what is not there is not found. Region and account
 * are those that people have pasted from the cloud; only strict mode insists that they are the caller's.
 */
export function readTargets(ctx: Context, caller: Caller, fields: Fields): NamedTarget[] {
  const arns = fields.required('targets', fields.list('targets', 1, MAX_TARGETS))
  const found = new Map<string, NamedTarget>()
  arns.forEach((arn, index) => {
    const target = readTarget(ctx, caller, arn, fields.name(`targets[${index}]`))
    const key =
      target.type === 'device' ? `thing ${target.device}` : `group ${target.type === 'group' ? target.group : ''}`
    if (!found.has(key)) found.set(key, { arn: String(arn), target })
  })
  return [...found.values()]
}

function readTarget(ctx: Context, caller: Caller, text: unknown, field: string): Target {
  const arn = typeof text === 'string' ? parseArn(text) : undefined
  if (arn === undefined) throw invalid(field, text, 'must be the ARN of a thing or a thing group')
  const foreign = arn.region !== caller.region || arn.account !== caller.account
  if (foreign && ctx.settings.mode === 'strict')
    throw resourceNotFound(`${field}: ${String(text)} is not in region ${caller.region} of account ${caller.account}`)
  if (arn.kind === 'thing') {
    if (ctx.engine.devices.get(thingKey(arn.name)) === undefined) {
      throw resourceNotFound(`Thing ${arn.name} cannot be found.`)
    }
    return { type: 'device', device: thingKey(arn.name) }
  }
  if (arn.kind !== 'thinggroup') throw invalid(field, text, 'must be the ARN of a thing or a thing group')
  if (ctx.engine.groups.get(groupKey(arn.name)) === undefined) {
    throw resourceNotFound(`Thing Group ${arn.name} cannot be found.`)
  }
  return { type: 'group', group: groupKey(arn.name) }
}
