import { matrix } from './matrix.suite.ts'

matrix('strict', 'this machine')
