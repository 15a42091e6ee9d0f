import type { MarkdownString, TreeItem } from 'vscode'
import type { HubApi } from '../../shared/api.ts'

/** How much of a long list is shown. */
export interface Extent {
  /** How many children of this item to show, at most. */
  wanted(id: string): number
}

/** An item of a tree. Its id is the same as long as it is about the same thing. */
export interface TreeNode {
  readonly id: string
  readonly parent: TreeNode | undefined
  item(): TreeItem
  children?(api: HubApi, extent: Extent): Promise<TreeNode[]>
  /**
   * Asks the hub what it is by now. NOT_FOUND: it is no more. Resolves to whether it looks different than before, if it
   * can tell.
   */
  reload?(api: HubApi): Promise<boolean | void>
  /** What is too much to be asked for every item. */
  tooltip?(api: HubApi): Promise<MarkdownString>
}
