import { HubError } from '../../../core/errors.ts'
import type { Execution } from '../../../core/job/model.ts'
import { AwsError } from '../wire/errors.ts'

/** Why the job service refuses a device's request [aws 2.7]. */
export type JobsCode =
  | 'InvalidTopic'
  | 'InvalidJson'
  | 'InvalidRequest'
  | 'InvalidStateTransition'
  | 'ResourceNotFound'
  | 'VersionMismatch'
  | 'TerminalStateReached'
  | 'InternalError'

/**
 * A refused device request, over MQTT or HTTP alike; `execution` is shown to the device where its state was the reason.
 */
export class JobsRefusal extends Error {
  override readonly name = 'JobsRefusal'
  constructor(
    readonly code: JobsCode,
    message: string,
    readonly execution?: Execution,
  ) {
    super(message)
  }
}

/** The data plane's exception for each code [aws 2.7]; it has none of its own for a version mismatch. */
const EXCEPTIONS: Record<JobsCode, string> = {
  InvalidTopic: 'InvalidRequestException',
  InvalidJson: 'InvalidRequestException',
  InvalidRequest: 'InvalidRequestException',
  InvalidStateTransition: 'InvalidStateTransitionException',
  ResourceNotFound: 'ResourceNotFoundException',
  VersionMismatch: 'InvalidRequestException',
  TerminalStateReached: 'TerminalStateException',
  InternalError: 'ServiceUnavailableException',
}

/** The refusal for an error of the engine or of reading a request. What is no refusal at all is thrown on. */
export function toRefusal(error: unknown): JobsRefusal {
  if (error instanceof JobsRefusal) return error
  if (!(error instanceof HubError)) throw error
  const execution = error.data['execution'] as Execution | undefined
  switch (error.code) {
    case 'INVALID':
    case 'UNSUPPORTED':
      return new JobsRefusal('InvalidRequest', error.message)
    case 'NOT_FOUND':
      return new JobsRefusal('ResourceNotFound', error.message)
    case 'VERSION_MISMATCH':
      return new JobsRefusal('VersionMismatch', error.message, execution)
    case 'INVALID_TRANSITION':
      return new JobsRefusal('InvalidStateTransition', error.message, execution)
    default:
      return new JobsRefusal('InternalError', error.message)
  }
}

/** The same refusal as the HTTP data plane words it. */
export const toException = ({ code, message }: JobsRefusal): AwsError => new AwsError(EXCEPTIONS[code], message)
