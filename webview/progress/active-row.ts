import type { Listing } from './listing.ts'

/** Which row of a list the keyboard is on. It is about the device in it, and goes where that goes. */
export class ActiveRow {
  /** -1: none. */
  index = -1
  device: string | undefined

  constructor(private readonly listing: Listing) {}

  moveTo(index: number): void {
    this.index = index
    this.device = this.listing.at(index)?.device
  }

  /** The list has changed. Where the device has left it, the one that took its place is active, or the last one. */
  follow(): void {
    if (this.index === -1) return
    const found = this.device === undefined ? -1 : this.listing.indexOf(this.device)
    this.moveTo(Math.min(found === -1 ? this.index : found, this.listing.total - 1))
  }

  clear(): void {
    this.index = -1
    this.device = undefined
  }
}
