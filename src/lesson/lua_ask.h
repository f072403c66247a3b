/* The Lua library ask.*: constructors of questions. They check what can be checked on the spot, so that a slip of the
 * author is reported with the line of the cell, and leave the rest to lesson/ask.h. */
#ifndef HS_LESSON_LUA_ASK_H
#define HS_LESSON_LUA_ASK_H

struct lua_State;

/* For hs_script_add_library(s, "ask", hs_lua_open_ask, …): leaves the table of functions on the stack. */
int hs_lua_open_ask(struct lua_State *L);

#endif
