/* Force-included into every file of the Lua build: the seed of the string hash is a constant, so that `pairs`
   visits string keys in the same order in every process. The `return` skips the rest of `makeseed`, which would
   mix four addresses into the value. */
#define luai_makeseed() 0; return 0x5bd1e995u
