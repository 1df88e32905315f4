import { createContext } from './context.ts'
import { testVite } from './vite-tests.ts'

// The rest is tried with Vite 7 and with Rolldown.
testVite(createContext('rolldownVite'))
