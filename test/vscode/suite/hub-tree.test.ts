import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { TreeItem } from 'vscode'
import type { HubApi } from '../../../src/shared/api.ts'
import type { Host } from '../../../src/vscode/host.ts'
import { HubTree } from '../../../src/vscode/tree/hub-tree.ts'
import type { TreeNode } from '../../../src/vscode/tree/node.ts'
import { until } from './extension-fixture.ts'

describe('a tree', () => {
  it('draws an item again that changed while it was being fetched', async () => {
    let answer: (nodes: TreeNode[]) => void = () => {}
    const leaf = (parent: TreeNode): TreeNode => ({ id: 'leaf', parent, item: () => new TreeItem('leaf') })
    let asked = 0
    const branch: TreeNode = {
      id: 'branch',
      parent: undefined,
      item: () => new TreeItem('branch'),
      children: () => new Promise((resolve) => (answer = resolve)),
      reload: async () => {
        asked += 1
        return false
      },
    }
    const host = { api: () => ({}) as HubApi } as Host
    const tree = new HubTree(host, {
      roots: async () => [branch],
      parentOf: (id) => (id === 'leaf' ? 'branch' : undefined),
    })
    const drawn: (string | undefined)[] = []
    tree.onDidChangeTreeData((nodes) => drawn.push(...(nodes ?? [undefined]).map((node) => node?.id)))
    await tree.getChildren()
    const fetched = tree.getChildren(branch)
    tree.touch('leaf')
    // Judged while nobody knows the leaf yet.
    await until(
      () => asked,
      (times) => times === 1,
    )
    assert.equal(drawn.length, 0)
    answer([leaf(branch)])
    await fetched
    await until(
      () => drawn,
      (ids) => ids.includes('leaf'),
    )
    tree.dispose()
  })
})
