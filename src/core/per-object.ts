/**
 * Derives something of an object when it is first asked for, once: for objects that never change. Gone with the object.
 */
export function perObject<K extends object, V>(derive: (object: K) => V): (object: K) => V {
  const derived = new WeakMap<K, V>()
  return (object) => {
    if (!derived.has(object)) derived.set(object, derive(object))
    return derived.get(object)!
  }
}
