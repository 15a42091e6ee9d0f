/** What decisions about requests and publishes alike may ask of the world before they are made. */

/** A file behind the clouds' object stores: `bucket` is a folder, `key` a path in it. */
export interface ObjectRef {
  bucket: string
  key: string
}

export interface StoredObject {
  ref: ObjectRef
  /** Bytes. */
  size: number
  /** Unquoted. */
  etag: string
  /** Only where the need asked for the content. */
  content?: Buffer
}

/** A piece of a file. Without an etag, for which all of the file would have to be read. */
export interface ObjectPart {
  ref: ObjectRef
  /** Bytes of the whole. */
  size: number
  content?: Buffer
}

/**
 * What a decision cannot get or do by itself; the hub sees to it first, so that the decision stays a pure function and
 * knows how it went.
 */
export type Need =
  /** Answered with a `StoredObject`, or `undefined` if there is none; content beyond `maxBytes` is not read. */
  | { type: 'object'; ref: ObjectRef; maxBytes?: number; range?: undefined }
  /**
   * Answered with an `ObjectPart` whose content is that range, as far as the file has it. Nothing else is read. Bytes.
   */
  | { type: 'object'; ref: ObjectRef; maxBytes?: undefined; range: { offset: number; length: number } }
  /** Bytes that become the whole file; answered with a `StoredObject` once they are on the disk. */
  | { type: 'store'; ref: ObjectRef; bytes: Uint8Array; offset?: undefined }
  /**
   * The file becomes what it was up to `offset`, and these bytes; answered with an `ObjectPart`, or CONFLICT if it is
   * shorter than that.
   */
  | { type: 'store'; ref: ObjectRef; bytes: Uint8Array; offset: number }
  /** Answered with an `IssuedCertificate`: a new key pair, or the one in the signing request. */
  | { type: 'certificate'; commonName: string; csr?: string; days: number }

export interface IssuedCertificate {
  pem: string
  sha256: string
  /** PKCS#8 and SPKI PEM; absent when a signing request brought the key. */
  privateKey?: string
  publicKey?: string
}

/** Answers to the needs, in their order; an Error where one could not be met (say, a malformed signing request). */
export type Fulfilled = (StoredObject | ObjectPart | IssuedCertificate | Error | undefined)[]
