import { matrix } from './matrix.suite.ts'

matrix('strict', 'elsewhere')
