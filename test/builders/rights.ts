/**
 * Gives up what root may do whatever rights files have, so that they count for this process; the returned function
 * takes it back. Files that are made meanwhile belong to nobody in particular. Anybody but root has nothing to give up.
 */
export function withoutPrivilege(): () => void {
  if (process.getuid?.() !== 0) return () => {}
  process.setegid?.(NOBODY)
  process.seteuid?.(NOBODY)
  return () => {
    process.seteuid?.(0)
    process.setegid?.(0)
  }
}

const NOBODY = 65_534
