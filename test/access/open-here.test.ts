import { matrix } from './matrix.suite.ts'

matrix('open', 'this machine')
