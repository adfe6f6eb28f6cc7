#include <stdio.h>
#include <editline/readline.h>

/* libedit's settings are global variables, which Swift cannot prove to be used by one thread only.
 * The shell's one line editor sets them through these functions, on the main thread. */

static inline void edit_set_input(int (*next)(FILE *)) { rl_getc_function = next; }

static inline void edit_set_completion(char **(*complete)(const char *, int, int)) {
    rl_attempted_completion_function = complete;
}

/* Without this, libedit completes file names where nothing else fits. */
static inline void edit_completion_is_final(void) { rl_attempted_completion_over = 1; }

/* After a label comes a bracket more often than a space. */
static inline void edit_append_nothing(void) { rl_completion_append_character = '\0'; }

static inline const char *edit_line(void) { return rl_line_buffer; }

static inline void edit_set_word_breaks(const char *characters) {
    rl_basic_word_break_characters = characters;
}
