import { failEveryCall } from './store-faults.ts'

failEveryCall({ code: 'EIO', lasts: 'once', when: 'before', fsync: false })
failEveryCall({ code: 'EIO', lasts: 'once', when: 'after', fsync: true })
