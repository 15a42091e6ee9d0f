import { failEveryCall } from './store-faults.ts'

failEveryCall({ code: 'EIO', lasts: 'until mended', when: 'before', fsync: true })
failEveryCall({ code: 'ENOSPC', lasts: 'until mended', when: 'before', fsync: false })
