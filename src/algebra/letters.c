#include "algebra/letters.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

static bool is(const char *name, size_t n, const char *wanted)
{
    return strlen(wanted) == n && memcmp(name, wanted, n) == 0;
}

static const struct {
    const char *name, *letter;
} greek[] = {
    {"alpha", "α"}, {"beta", "β"},  {"gamma", "γ"}, {"delta", "δ"}, {"epsilon", "ε"},
    {"zeta", "ζ"},  {"eta", "η"},   {"theta", "θ"}, {"kappa", "κ"}, {"lambda", "λ"},
    {"mu", "μ"},    {"nu", "ν"},    {"xi", "ξ"},    {"rho", "ρ"},   {"sigma", "σ"},
    {"tau", "τ"},   {"phi", "φ"},   {"chi", "χ"},   {"psi", "ψ"},   {"omega", "ω"},
    {"Delta", "Δ"}, {"Sigma", "Σ"}, {"Omega", "Ω"},
};

static const struct {
    const char *spelling;
    char sign;
} signs[] = {
    {"\xc2\xb7", '*'},     {"\xc3\x97", '*'},     {"\xe2\x88\x97", '*'}, {"\xe2\x8b\x85", '*'},
    {"\xe2\x88\x99", '*'}, {"\xc3\xb7", '/'},     {"\xe2\x81\x84", '/'}, {"\xe2\x88\x95", '/'},
    {"\xe2\x88\x92", '-'}, {"\xe2\x80\x93", '-'}, {"\xc2\xa0", ' '},     {"\xe2\x80\x89", ' '},
    {"\xe2\x80\xaf", ' '}, {"\xe2\x81\xa2", ' '}, {"\xe2\x80\x8b", ' '}, {"\xe3\x80\x80", ' '},
    {"\xef\xbc\x88", '('}, {"\xef\xbc\x89", ')'}, {"\xef\xbc\x8b", '+'}, {"~", ' '},
    {"\\,", ' '},          {"\\;", ' '},          {"\\:", ' '},          {"\\!", ' '},
    {"\\ ", ' '},
};

static const struct {
    const char *name;
    enum hs_command_meaning meaning;
    char sign;
} commands[] = {
    {"frac", HS_COMMAND_FRAC, 0},
    {"dfrac", HS_COMMAND_FRAC, 0},
    {"tfrac", HS_COMMAND_FRAC, 0},
    {"prod", HS_COMMAND_PROD, 0},
    {"operatorname", HS_COMMAND_OPERATOR, 0},
    {"max", HS_COMMAND_FUNCTION, 0},
    {"min", HS_COMMAND_FUNCTION, 0},
    {"cdot", HS_COMMAND_SIGN, '*'},
    {"times", HS_COMMAND_SIGN, '*'},
    {"ast", HS_COMMAND_SIGN, '*'},
    {"div", HS_COMMAND_SIGN, '/'},
    {"quad", HS_COMMAND_SIGN, ' '},
    {"qquad", HS_COMMAND_SIGN, ' '},
    {"thinspace", HS_COMMAND_SIGN, ' '},
    {"displaystyle", HS_COMMAND_SIGN, ' '},
    {"limits", HS_COMMAND_SIGN, ' '},
    {"nolimits", HS_COMMAND_SIGN, ' '},
    {"left", HS_COMMAND_SIZE, 0},
    {"right", HS_COMMAND_SIZE, 0},
    {"big", HS_COMMAND_SIZE, 0},
    {"Big", HS_COMMAND_SIZE, 0},
    {"bigg", HS_COMMAND_SIZE, 0},
    {"Bigg", HS_COMMAND_SIZE, 0},
    {"bigl", HS_COMMAND_SIZE, 0},
    {"bigr", HS_COMMAND_SIZE, 0},
    {"Bigl", HS_COMMAND_SIZE, 0},
    {"Bigr", HS_COMMAND_SIZE, 0},
    {"biggl", HS_COMMAND_SIZE, 0},
    {"biggr", HS_COMMAND_SIZE, 0},
    {"mathrm", HS_COMMAND_UPRIGHT, 0},
    {"mathit", HS_COMMAND_UPRIGHT, 0},
    {"mathbf", HS_COMMAND_UPRIGHT, 0},
    {"text", HS_COMMAND_UPRIGHT, 0},
    {"textrm", HS_COMMAND_UPRIGHT, 0},
    {"textit", HS_COMMAND_UPRIGHT, 0},
    {"textbf", HS_COMMAND_UPRIGHT, 0},
};

static const char *const opaque[] = {
    "max", "min", "abs", "round", "floor", "ceil", "clamp", "clip", "sign", "relu", "ReLU",
};

/* No letter or sign of the tables begins with this byte: nearly all bytes of a formula. */
static bool is_plain(const char *p)
{
    return (unsigned char)*p < 0x80;
}

const char *hs_greek_letter(const char *p, size_t *bytes)
{
    if (is_plain(p))
        return NULL;
    for (size_t i = 0; i < HS_COUNTOF(greek); i++)
        if (hs_starts_with(p, greek[i].letter)) {
            *bytes = strlen(greek[i].letter);
            return greek[i].name;
        }
    return NULL;
}

const char *hs_greek_command(const char *name, size_t n)
{
    for (size_t i = 0; i < HS_COUNTOF(greek); i++)
        if (is(name, n, greek[i].name))
            return greek[i].name;
    return NULL;
}

char hs_sign_at(const char *p, size_t *bytes)
{
    if (is_plain(p) && *p != '~' && *p != '\\')
        return 0;
    for (size_t i = 0; i < HS_COUNTOF(signs); i++)
        if (hs_starts_with(p, signs[i].spelling)) {
            *bytes = strlen(signs[i].spelling);
            return signs[i].sign;
        }
    return 0;
}

enum hs_command_meaning hs_command_meaning(const char *name, size_t n, char *sign)
{
    for (size_t i = 0; i < HS_COUNTOF(commands); i++)
        if (is(name, n, commands[i].name)) {
            *sign = commands[i].sign;
            return commands[i].meaning;
        }
    return HS_COMMAND_UNKNOWN;
}

bool hs_is_opaque(const char *name, size_t n)
{
    for (size_t i = 0; i < HS_COUNTOF(opaque); i++)
        if (is(name, n, opaque[i]))
            return true;
    return false;
}

struct script {
    const char *letter;
    char plain;
};

static char look_up(const struct script *table, size_t n, const char *p, size_t *bytes)
{
    for (size_t i = 0; i < n && !is_plain(p); i++)
        if (hs_starts_with(p, table[i].letter)) {
            *bytes = strlen(table[i].letter);
            return table[i].plain;
        }
    return 0;
}

char hs_superscript_at(const char *p, size_t *bytes)
{
    static const struct script table[] = {{"⁰", '0'}, {"¹", '1'}, {"²", '2'}, {"³", '3'},
                                          {"⁴", '4'}, {"⁵", '5'}, {"⁶", '6'}, {"⁷", '7'},
                                          {"⁸", '8'}, {"⁹", '9'}, {"⁻", '-'}, {"⁺", '+'}};

    return look_up(table, HS_COUNTOF(table), p, bytes);
}

char hs_subscript_at(const char *p, size_t *bytes)
{
    static const struct script table[] = {{"₀", '0'}, {"₁", '1'}, {"₂", '2'}, {"₃", '3'},
                                          {"₄", '4'}, {"₅", '5'}, {"₆", '6'}, {"₇", '7'},
                                          {"₈", '8'}, {"₉", '9'}, {"ₐ", 'a'}, {"ₑ", 'e'},
                                          {"ₕ", 'h'}, {"ᵢ", 'i'}, {"ⱼ", 'j'}, {"ₖ", 'k'},
                                          {"ₗ", 'l'}, {"ₘ", 'm'}, {"ₙ", 'n'}, {"ₒ", 'o'},
                                          {"ₚ", 'p'}, {"ᵣ", 'r'}, {"ₛ", 's'}, {"ₜ", 't'},
                                          {"ᵤ", 'u'}, {"ᵥ", 'v'}, {"ₓ", 'x'}};

    return look_up(table, HS_COUNTOF(table), p, bytes);
}
