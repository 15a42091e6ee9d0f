import { equal } from '../../../core/twin/json.ts'
import type { Context } from '../../dialect.ts'
import { checkName, NAMES } from '../wire/names.ts'
import type { Fields } from '../wire/fields.ts'
import { verbatim } from '../../../core/said.ts'

/** What a message's sender is told by: an attribute of the thing or of its connection, under a key of its own. */
interface PropagatingAttribute {
  userPropertyKey?: string
  thingAttribute?: string
  connectionAttribute?: string
}

/** What people say of a kind of thing. */
export interface ThingTypeProperties {
  description?: string
  searchableAttributes: string[]
  /** What MQTT 5 subscribers would be told of the sender: kept and shown. */
  propagatingAttributes?: PropagatingAttribute[]
}

const MAX_SEARCHABLE = 3
const KEY = { max: 128, pattern: /^[a-zA-Z0-9:$.]+$/, says: 'must match [a-zA-Z0-9:$.]+' }
const CONNECTION_ATTRIBUTE = { max: 128, pattern: /^[a-zA-Z0-9:.]+$/, says: 'must match [a-zA-Z0-9:.]+' }

/** Members that are not there are left out. */
export function readTypeProperties(ctx: Context, fields: Fields): Partial<ThingTypeProperties> {
  const properties = fields.fields('thingTypeProperties')
  const description = properties?.text('thingTypeDescription', { max: 2028 })
  const searchable = properties
    ?.list('searchableAttributes', 0, MAX_SEARCHABLE)
    ?.map((name) => checkName('thingTypeProperties.searchableAttributes', String(name), NAMES.attributeName))
  const propagating = properties?.fields('mqtt5Configuration')?.each('propagatingAttributes', 0, Infinity)
  // Nobody subscribes by MQTT 5 here.
  if (propagating !== undefined) ctx.ignored(verbatim('thingTypeProperties.mqtt5Configuration'))
  return {
    ...(description !== undefined && { description }),
    ...(searchable !== undefined && { searchableAttributes: searchable }),
    ...(propagating !== undefined && { propagatingAttributes: propagating.map(readPropagating) }),
  }
}

function readPropagating(fields: Fields): PropagatingAttribute {
  const userPropertyKey = fields.text('userPropertyKey', KEY)
  const attribute = fields.text('thingAttribute')
  const connectionAttribute = fields.text('connectionAttribute', CONNECTION_ATTRIBUTE)
  const name = fields.name('thingAttribute')
  return {
    ...(userPropertyKey !== undefined && { userPropertyKey }),
    ...(attribute !== undefined && { thingAttribute: checkName(name, attribute, NAMES.attributeName) }),
    ...(connectionAttribute !== undefined && { connectionAttribute }),
  }
}

/** As DescribeThingType and ListThingTypes show them. */
export const describeProperties = (properties: ThingTypeProperties): object => {
  const { description, searchableAttributes, propagatingAttributes } = properties
  return {
    thingTypeDescription: description,
    searchableAttributes,
    ...(propagatingAttributes !== undefined && { mqtt5Configuration: { propagatingAttributes } }),
  }
}

/** Whether a request asks for what is there. */
export function hasProperties(there: ThingTypeProperties, asked: Partial<ThingTypeProperties>): boolean {
  const { description, searchableAttributes = [], propagatingAttributes = [] } = asked
  return (
    there.description === description &&
    equal(there.searchableAttributes, searchableAttributes) &&
    equal(there.propagatingAttributes ?? [], propagatingAttributes)
  )
}
