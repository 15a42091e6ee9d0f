/**
 * What every dialect promises, each in a sentence. The conformance suite holds every dialect of the registry to all of
 * them over real sockets; a dialect that cannot keep one says why in its `examples.inapplicable`. The README's
 * coverage table counts them.
 */
export const guarantees = {
  // Identity
  toldApart: 'its clients and requests are taken for its own and for nobody else’s',
  enrolled: 'strict: a device that was enrolled gets in, and stands for that device',
  wrongCredential: 'strict: a device does not get in with the credentials of another, wrong ones or none',
  unknownRefused: 'strict: a device that nobody registered does not get in',
  withdrawn: 'strict: a credential that people withdraw sends away who came in by it, and lets nobody in again',
  removed: 'strict: a device that is removed is sent away and does not get in again',
  anew: 'a device that is registered anew has none of the work of its namesake, nor hears of it',
  anewTwin: 'a device that is registered anew has nothing of the twin of its namesake',
  openRegisters: 'open: an unknown device that presents well-formed credentials, or uses its own topics, is registered',
  listeners: 'open: who shows no credentials and uses no topic of its own is no device, however often it comes',
  // Access
  ownTopics: 'a device may say and hear what is its own',
  foreignTopics: 'a device may neither say nor hear what is another’s, and nothing changes when it tries',
  foreignReport: 'a device cannot report on another’s job',
  foreignSession: 'a device that comes under another’s client id neither gets its messages nor ends its connection',
  anonymousTopics: 'a topic that names no device counts for the device whose connection it is',
  // Jobs
  succeeded: 'a job goes from its creation to SUCCEEDED, and is then COMPLETED',
  progress: 'a device reports progress, and it is shown',
  sent: 'what was handed over is SENT until the device speaks of it',
  failed: 'a device ends its work FAILED',
  rejected: 'a device ends its work REJECTED',
  timedOut: 'work that takes too long is TIMED_OUT',
  canceled: 'what was not begun is CANCELED with its job, and not handed over any more',
  forceCanceled: 'what is in progress is CANCELED by force only, and stays so',
  canceledEarly: 'a job that is cancelled before it starts, or while it rolls out, hands over nothing more',
  canceledAway: 'what is on its way to a device that is away is CANCELED with its job, and does not reach it',
  retried: 'what failed is done once more when people ask for it',
  retriedAlone: 'what failed is done once more by itself, as often as its job says and no more',
  retriedInTime: 'what took too long is done once more by itself where its job says so',
  lateReport: 'a late report on an earlier attempt does not touch the one that followed',
  rolledOut: 'a rollout keeps to its rate: so many devices a minute are handed work, and none before its turn',
  aborted: 'a job is cancelled by itself once as many devices have failed as it allows, and not before',
  scheduled: 'a scheduled job hands nothing over before it starts, and then it does',
  ended: 'a job whose schedule ends takes back what is under way, where it says so',
  deleted: 'a job that is deleted is gone, and reports on it change nothing',
  joinedAndLeft: 'a continuous job reaches who joins its group, and is REMOVED from who leaves',
  offlineThenOnline: 'a device that was away when the job was made gets it when it comes',
  duplicates: 'a report that comes twice counts once',
  outOfOrder: 'a report that comes after the end changes nothing',
  restart: 'a job goes on where it was when the hub is started again',
  fleet: 'a fleet of 25 simulated devices finishes a job',
  // Messages that wait
  keptMessages:
    'QoS 1 messages to a device that is away reach it in order when it comes back, also after a restart of the hub',
  retained: 'a retained message reaches who subscribes later',
  waitingRequest: 'a request that waits for a device is answered, at the latest when its time is up',
  // Hostile input
  badJson: 'what is no JSON or of the wrong type changes nothing, and the hub goes on serving others',
  wrongMembers: 'a report whose members are of the wrong type changes nothing, and the hub goes on serving others',
  oversize: 'a message that is too large changes nothing, and the hub goes on serving others',
  unknownTopics: 'a topic that means nothing changes nothing, and the hub goes on serving others',
  badBodies: 'an HTTP body that makes no sense is never the hub’s failure, and changes nothing',
  unknownPaths:
    'an HTTP path that nobody knows is refused in the words of the cloud whose request it is, or of the hub',
  // What it says of itself
  capability: 'its capability list is well-formed: no row twice, reasons where it does less, every operation named',
  templates: 'its job templates are valid against its own schema, and its hub takes each of them',
  deviceNames: 'names of devices obey its rule, and what does not is refused',
  jobNames: 'names of jobs obey its rule, and what does not is refused',
  connectionKit: 'what it hands out for a device is complete, and secrets are marked',
  kitOffer: 'what it would hand out can be looked at without anything being made',
  query: 'a job can be aimed by its query language, and what cannot be read is refused',
} as const

export type GuaranteeName = keyof typeof guarantees
