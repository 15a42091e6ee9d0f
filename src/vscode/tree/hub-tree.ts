import { EventEmitter, type CancellationToken, type TreeDataProvider, type TreeItem } from 'vscode'
import type { HubApi } from '../../shared/api.ts'
import { Batcher } from '../batcher.ts'
import type { Host } from '../host.ts'
import { whatToDraw } from './affected.ts'
import type { Extent, TreeNode } from './node.ts'
import { firstPageSize } from './paging.ts'

export interface Roots {
  roots(api: HubApi, extent: Extent): Promise<TreeNode[]>
  /** What there is to show while there is no hub; without it: nothing. */
  withoutHub?(): TreeNode[]
  /** The id of the item under which an item would hang; `undefined`: none. */
  parentOf(id: string): string | undefined
}

/**
 * VS Code waits until a tree has said nothing for 200 milliseconds: one that talks more often is not drawn at all while
 * a fleet is at work.
 */
const drawEvery = 300

/** Shows nodes, and draws anew only what has changed, only when somebody looks. */
export class HubTree implements TreeDataProvider<TreeNode> {
  readonly #drawn = new EventEmitter<TreeNode[] | undefined>()
  readonly onDidChangeTreeData = this.#drawn.event
  readonly #shown = new Map<string, TreeNode>()
  /** What was last shown under which item; '' is the root. */
  readonly #children = new Map<string, readonly TreeNode[]>()
  /** How often all was forgotten: an answer from before the last time no longer counts. */
  #age = 0
  readonly #wanted = new Map<string, number>()
  #fetching = 0
  /**
   * What has changed while items were being fetched: they may be from before, and not have been shown yet when that was
   * drawn.
   */
  readonly #meanwhile = new Set<string | undefined>()
  readonly #changed = new Batcher<string | undefined>((ids) => this.#draw(ids), drawEvery)
  readonly #extent: Extent = { wanted: (id) => this.#wanted.get(id) ?? firstPageSize }

  constructor(
    private readonly host: Host,
    private readonly source: Roots,
  ) {}

  /** Draws this item anew soon; `undefined`: everything. */
  touch(id: string | undefined): void {
    this.#changed.add(id)
    if (this.#fetching > 0) this.#meanwhile.add(id)
  }

  /** Forgets what was known, and draws everything anew at once. */
  reset(): void {
    this.#age += 1
    this.#shown.clear()
    this.#children.clear()
    this.#wanted.clear()
    this.#drawn.fire(undefined)
  }

  /** While nobody looks, changes are gathered but not drawn. */
  watched(visible: boolean): void {
    // A view that has just come into being asks for all of it anyway.
    this.#changed.pause(!visible, drawEvery)
  }

  /** Shows one page more of the list at whose end this item stands, if it stands in this tree. */
  loadMore(more: TreeNode): void {
    if (this.#shown.get(more.id) !== more) return
    const { parent } = more
    const id = parent?.id ?? ''
    this.#wanted.set(id, this.#extent.wanted(id) + firstPageSize)
    this.#drawn.fire(parent && [parent])
  }

  /** The item of this id, if it is among those that the tree shows at the top or under its parent. */
  async lookUp(id: string): Promise<TreeNode | undefined> {
    if (!this.#shown.has(id)) await this.#fetch()
    const parent = this.source.parentOf(id)
    const node = parent === undefined ? undefined : this.#shown.get(parent)
    if (!this.#shown.has(id) && node !== undefined) await this.#fetch(node)
    return this.#shown.get(id)
  }

  getTreeItem(node: TreeNode): TreeItem {
    const item = node.item()
    item.id = node.id
    return item
  }

  getChildren(node?: TreeNode): Promise<TreeNode[]> {
    // Whoever asks for all of it need not be told of what changed before; and VS Code, told while it has the items but
    // not yet what lies below them, leaves those empty for good.
    if (node === undefined) this.#changed.clear()
    return this.#fetch(node)
  }

  async #fetch(node?: TreeNode): Promise<TreeNode[]> {
    const api = this.host.api()
    if (api === undefined) return node === undefined ? (this.source.withoutHub?.() ?? []) : []
    const age = this.#age
    this.#fetching += 1
    try {
      const nodes = await (node === undefined
        ? this.source.roots(api, this.#extent)
        : (node.children?.(api, this.#extent) ?? []))
      if (age === this.#age) this.#show(node?.id ?? '', nodes)
      return nodes
    } catch (error) {
      // What was shown may be gone by now, and the hub too.
      this.host.log.debug(`tree: ${node?.id ?? 'root'}: ${String(error)}`)
      return []
    } finally {
      this.#fetching -= 1
      if (this.#fetching === 0) this.#lookAgain()
    }
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return node.parent
  }

  async resolveTreeItem(item: TreeItem, node: TreeNode, _token: CancellationToken): Promise<TreeItem> {
    const api = this.host.api()
    const tooltip = api && (await node.tooltip?.(api).catch(() => undefined))
    if (tooltip !== undefined) item.tooltip = tooltip
    return item
  }

  dispose(): void {
    this.#changed.dispose()
    this.#drawn.dispose()
  }

  #lookAgain(): void {
    for (const id of this.#meanwhile) this.#changed.add(id)
    this.#meanwhile.clear()
  }

  #show(parent: string, nodes: readonly TreeNode[]): void {
    for (const { id } of this.#children.get(parent) ?? []) this.#shown.delete(id)
    this.#children.set(parent, nodes)
    for (const node of nodes) this.#shown.set(node.id, node)
  }

  async #draw(ids: ReadonlySet<string | undefined>): Promise<void> {
    const api = this.host.api()
    if (api === undefined || ids.has(undefined)) return this.#drawn.fire(undefined)
    const parents = new Set([...ids].map((id) => this.source.parentOf(id!)).filter((id) => id !== undefined))
    const draw = whatToDraw(
      ids as ReadonlySet<string>,
      (id) => this.#shown.has(id),
      (id) => this.source.parentOf(id),
    )
    // A parent that says something about all its children, as how many are online, may now say something else.
    for (const id of parents)
      if (
        (await this.#shown
          .get(id)
          ?.reload?.(api)
          .catch(() => true)) === true
      )
        draw.add(id)
    if (draw.has(undefined)) return this.#drawn.fire(undefined)
    const wanted = [...draw].filter(
      (id) => id !== undefined && !(this.source.parentOf(id) !== undefined && draw.has(this.source.parentOf(id))),
    )
    const nodes = wanted.map((id) => this.#shown.get(id!)).filter((node) => node !== undefined)
    const gone = await Promise.all(
      nodes.map((node) =>
        node.reload?.(api).then(
          () => false,
          () => true,
        ),
      ),
    )
    if (gone.includes(true))
      for (const [index, node] of nodes.entries()) if (gone[index] === true) this.#shown.delete(node.id)
    this.#drawn.fire(gone.includes(true) ? undefined : nodes)
  }
}
