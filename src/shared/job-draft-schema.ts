const positive = { type: 'integer', minimum: 1 } as const
const instant = {
  type: 'string',
  // Without an offset nobody knows whose midnight it is.
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?(Z|[+-]\\d\\d:\\d\\d)$',
  description: 'ISO 8601 with its offset from UTC, e.g. 2027-01-31T18:30:00Z',
} as const

/**
 * JSON Schema (draft 7) of a `JobDraft`, as `*.iotjob.json` files hold it. The document has the schema of its dialect
 * besides.
 */
export const jobDraftSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Job',
  type: 'object',
  required: ['dialect', 'name', 'targets', 'document'],
  additionalProperties: false,
  properties: {
    $schema: { type: 'string' },
    dialect: { type: 'string', description: 'The cloud whose devices it is for' },
    name: { type: 'string', minLength: 1, description: 'What the job is called in its cloud' },
    description: { type: 'string' },
    targets: {
      type: 'array',
      minItems: 1,
      description: 'Whom the job is for',
      items: {
        type: 'object',
        minProperties: 1,
        maxProperties: 1,
        additionalProperties: false,
        properties: {
          device: { type: 'string', minLength: 1 },
          group: { type: 'string', minLength: 1 },
          query: { type: 'string', minLength: 1 },
        },
      },
    },
    selection: {
      enum: ['SNAPSHOT', 'CONTINUOUS'],
      description: 'SNAPSHOT: the devices that the targets mean at the start; CONTINUOUS: also those that join later',
    },
    kind: { type: 'string', minLength: 1, description: 'What sort of work it is, where the cloud has several' },
    document: { description: 'What the devices get: any JSON that they understand' },
    file: {
      type: 'string',
      minLength: 1,
      description: 'A file that belongs to the work: its path in the folder that stands in for the object stores',
    },
    options: {
      type: 'object',
      description: 'What the kind of work offers besides the document',
      additionalProperties: { type: ['string', 'number', 'boolean'] },
    },
    rollout: {
      type: 'object',
      additionalProperties: false,
      properties: {
        perMinute: { ...positive, description: 'Devices a minute, at most' },
        exponential: {
          type: 'object',
          required: ['base', 'factor', 'every'],
          additionalProperties: false,
          properties: {
            base: { ...positive, description: 'Devices in the first minute' },
            factor: { type: 'number', exclusiveMinimum: 1, description: 'The rate grows by this factor …' },
            every: {
              type: 'object',
              required: ['of', 'count'],
              additionalProperties: false,
              properties: { of: { enum: ['NOTIFIED', 'SUCCEEDED'] }, count: positive },
              description: '… each time so many more devices were notified or have succeeded',
            },
          },
        },
      },
    },
    abort: {
      type: 'array',
      description: 'Cancels the job when too much goes wrong',
      items: {
        type: 'object',
        required: ['on', 'percent', 'minimum'],
        additionalProperties: false,
        properties: {
          on: { enum: ['FAILED', 'REJECTED', 'TIMED_OUT', 'ANY'] },
          percent: { type: 'number', exclusiveMinimum: 0, maximum: 100, description: 'Of the devices that are done' },
          minimum: { ...positive, description: 'Counts only once so many devices are done' },
        },
      },
    },
    timeoutMinutes: { type: 'number', exclusiveMinimum: 0, description: 'How long a device may be at it' },
    retry: {
      type: 'array',
      items: {
        type: 'object',
        required: ['on', 'times'],
        additionalProperties: false,
        properties: {
          on: { enum: ['FAILED', 'TIMED_OUT', 'ANY'] },
          times: { type: 'integer', minimum: 0 },
          afterMinutes: {
            type: 'number',
            minimum: 0,
            description: 'How long after the failure, where the cloud has that',
          },
        },
      },
    },
    schedule: {
      type: 'object',
      additionalProperties: false,
      properties: {
        startAt: instant,
        endAt: instant,
        endBehavior: { enum: ['STOP_ROLLOUT', 'CANCEL', 'FORCE_CANCEL', 'TIME_OUT'] },
        windows: {
          type: 'array',
          description: 'The rollout goes on inside these only',
          items: {
            type: 'object',
            required: ['cron', 'minutes'],
            additionalProperties: false,
            properties: {
              cron: { type: 'string', description: 'Five fields, in UTC: minute hour day month weekday' },
              minutes: { type: 'number', minimum: 1 },
            },
          },
        },
      },
    },
  },
} as const
