/* The options of the quantizer's commands, as rows: the parser, --help and completions read them.
 */
#include "cli/quant_args_table.h"

#include <string.h>

#include "base/mem.h"
#include "quant/requantize.h"

#define FIELD(f) offsetof(struct hs_quant_args, f)

/* Which commands know an option. */
enum {
    OBSERVE = 1,
    QUANTIZE = 2,
    DEQUANTIZE = 4,
    FAKE = 8,
    EXPLAIN = 16,
    REQUANTIZE = 32,
    OBSERVING = OBSERVE | QUANTIZE | FAKE,
    CODING = QUANTIZE | FAKE,
    FILES = OBSERVING | DEQUANTIZE | REQUANTIZE,
    ALL = FILES | EXPLAIN
};

static const struct {
    const char *command;
    unsigned bit;
} commands[] = {{"observe", OBSERVE},    {"quantize", QUANTIZE}, {"dequantize", DEQUANTIZE},
                {"fake-quantize", FAKE}, {"explain", EXPLAIN},   {"requantize", REQUANTIZE}};

static const struct {
    struct hs_opt opt;
    unsigned commands;
} fixed[] = {
    {{"name", 'n', HS_OPT_TEXT, "N",
      "only the entry N of the file; quantize, fake-quantize: a pattern ('*.weight') is all that "
      "match",
      FIELD(name)},
     FILES},
    {{"observer", 0, HS_OPT_TEXT, "ID", "rule for the range, minmax unless given ",
      FIELD(observer)},
     OBSERVING},
    {{"profile", 'p', HS_OPT_TEXT, "NAME", "a bundle of the options below, halfstep unless given ",
      FIELD(profile)},
     ALL},
    {{"dtype", 'd', HS_OPT_TEXT, "T",
      "of the codes, int8 unless given (int2|int4|int8|int16|int32|uint2|uint4|uint8|uint16)",
      FIELD(dtype)},
     ALL},
    {{"bits", 'b', HS_OPT_TEXT, "N", "bits of a code, if fewer than those of the dtype",
      FIELD(bits)},
     ALL & ~(unsigned)DEQUANTIZE},
    {{"signed", 0, HS_OPT_FLAG, NULL, "signed codes (with --bits and no --dtype)",
      FIELD(is_signed)},
     ALL & ~(unsigned)DEQUANTIZE},
    {{"unsigned", 0, HS_OPT_FLAG, NULL, "unsigned codes", FIELD(is_unsigned)},
     ALL & ~(unsigned)DEQUANTIZE},
    {{"quant-min", 0, HS_OPT_TEXT, "Q", "lowest code, instead of the dtype's", FIELD(quant_min)},
     ALL & ~(unsigned)DEQUANTIZE},
    {{"quant-max", 0, HS_OPT_TEXT, "Q", "highest code", FIELD(quant_max)},
     ALL & ~(unsigned)DEQUANTIZE},
    {{"axis", 'a', HS_OPT_TEXT, "A",
      "one scale for each channel of this axis (from 0; -1 is the last)", FIELD(axis)},
     FILES},
    {{"block-size", 0, HS_OPT_TEXT, "N", "one scale for each N elements along the axis",
      FIELD(block_size)},
     FILES & ~(unsigned)REQUANTIZE},
    {{"x", 'x', HS_OPT_TEXT, "X", "the element", FIELD(x)}, EXPLAIN},
    {{"scale", 's', HS_OPT_TEXT, "S", "its step (0.01, 1/255, 2^-7)", FIELD(scale)}, EXPLAIN},
    {{"zero-point", 'z', HS_OPT_TEXT, "Z", "the code of 0 (0)", FIELD(zero_point)}, EXPLAIN},
    {{"scale", 's', HS_OPT_TEXT, "S[,S...]", "given scales (0.5, 1/255, 2^-7)", FIELD(scale)},
     CODING | DEQUANTIZE},
    {{"zero-point", 'z', HS_OPT_TEXT, "Z[,Z...]", "given zero points (0)", FIELD(zero_point)},
     CODING | DEQUANTIZE},
    {{"requantize", 'r', HS_OPT_TEXT, "MODE[,MODE...]", "how acc * M is computed, or all of ",
      FIELD(requantize)},
     REQUANTIZE},
    {{"multiplier", 'm', HS_OPT_TEXT, "M[,M...]", "s_x s_w / s_y, one or one for each channel",
      FIELD(multiplier)},
     REQUANTIZE},
    {{"scales", 0, HS_OPT_TEXT, "SX,SW[:SW...],SY", "the multiplier from the three scales",
      FIELD(scales)},
     REQUANTIZE},
    {{"mantissa", 0, HS_OPT_TEXT, "N[,N...]", "fixed point: of 2^31 (gemmlowp), 2^16, or b",
      FIELD(mantissa)},
     REQUANTIZE},
    {{"shift", 0, HS_OPT_TEXT, "N[,N...]",
      "gemmlowp, single_rounding: left when above 0; the others: right shift", FIELD(shift)},
     REQUANTIZE},
    {{"dyadic-bits", 0, HS_OPT_TEXT, "N",
      "dyadic: bits of b (8); --max-shift is its largest c (15)", FIELD(dyadic_bits)},
     REQUANTIZE},
    {{"relu", 0, HS_OPT_FLAG, NULL, "negative accumulators count as 0", FIELD(relu)}, REQUANTIZE},
    {{"zero-point", 'z', HS_OPT_TEXT, "Z", "of the codes that come out (0)", FIELD(zero_point)},
     REQUANTIZE},
    {{"qparams", 0, HS_OPT_TEXT, "FILE", "scales as observe --json wrote them", FIELD(qparams)},
     CODING | DEQUANTIZE},
    {{"averaging-constant", 0, HS_OPT_TEXT, "C", "of the moving averages: 0.01",
      FIELD(averaging_constant)},
     OBSERVING},
    {{"percentile", 0, HS_OPT_TEXT, "P", "of the percentile observer: 99.99", FIELD(percentile)},
     OBSERVING},
    {{"n-std", 0, HS_OPT_TEXT, "N", "of the sigma observer: 3", FIELD(n_std)}, OBSERVING},
    {{"clip-to-data", 0, HS_OPT_FLAG, NULL, "sigma: cut the range to the data",
      FIELD(clip_to_data)},
     OBSERVING},
    {{"grid", 0, HS_OPT_TEXT, "N", "mse: candidates between 0 and the whole range (100)",
      FIELD(grid)},
     OBSERVING},
    {{"bins", 0, HS_OPT_TEXT, "N", "histogram, entropy: of the histogram (2048)", FIELD(bins)},
     OBSERVING},
    {{"levels", 0, HS_OPT_TEXT, "N", "entropy: of the codes (128)", FIELD(levels)}, OBSERVING},
    {{"json", 'j', HS_OPT_FLAG, NULL, "print JSON", FIELD(json)}, ALL},
    {{"output", 'o', HS_OPT_TEXT, "FILE",
      "write .npy, .npz, .safetensors, .json or .csv; of several files: a folder", FIELD(output)},
     FILES & ~(unsigned)OBSERVE},
    {{"output", 'o', HS_OPT_TEXT, "FILE",
      "write .json (which --qparams reads), .npz or .safetensors", FIELD(output)},
     OBSERVE},
};

static const struct hs_opt limit_rows[] = {HS_LIMIT_ROWS(FIELD(limits)), HS_OPT_END};

/* What --help says behind the options. */
static const struct {
    unsigned commands;
    const char *text;
} notes[] = {
    {OBSERVE, "Several files are batches of one tensor. --scheme makes the scale of the range."},
    {OBSERVE, "  halfstep observe w.npy --observer mse --axis 0 -o w.json"},
    {QUANTIZE, "Without --scale or --qparams the range of the tensor itself is observed."},
    {QUANTIZE, "  halfstep quantize w.npy --scheme symmetric --axis 0 -o w.npz"},
    {QUANTIZE, "  halfstep quantize model.pt --name '*.weight' --bits 4 -o model.npz"},
    {QUANTIZE, "  halfstep quantize x.csv --scale 1/255 --zero-point 128 --dtype uint8"},
    {DEQUANTIZE, "Without --scale or --qparams the file says how: scale and zero_point beside the"},
    {DEQUANTIZE, "codes, NAME.scale beside NAME, or a tensor that PyTorch quantized."},
    {DEQUANTIZE, "  halfstep dequantize w.npz -o back.npy"},
    {FAKE, "Prints what quantizing costs: largest error, rmse, SQNR, and what is clipped."},
    {FAKE, "  halfstep fake-quantize model.pt --name '*.weight' --bits 4"},
    {EXPLAIN, "Options may be written NAME=WORD. --profile torch,onnx shows these two; another"},
    {EXPLAIN, "option is a column of its own; several words of it, or all, are compared."},
    {EXPLAIN, "  halfstep explain x=2.5 s=1 z=3 dtype=uint8 zero_point_order=before_rounding"},
    {EXPLAIN, "  halfstep explain x=2.5 s=1 rounding=all"},
    {REQUANTIZE, "One factor: --multiplier, --scales, --mantissa and --shift, or --shift alone."},
    {REQUANTIZE, "  halfstep requantize acc.npy --multiplier 0.0014,0.0021 -r gemmlowp"},
    {REQUANTIZE, "  halfstep requantize acc.npy --shift 8 --dtype uint8 -z 128 --relu"},
    {REQUANTIZE, "  halfstep requantize acc.npy --multiplier 0.0014 --requantize all"},
};

/* A flag that is off unless named is a flag here, too; the others take a word. */
static bool is_plain_flag(const struct hs_quant_option_row *row)
{
    return strcmp(row->name, "narrow") == 0 || strcmp(row->name, "reduce_range") == 0;
}

/* Explaining one element reads the options of the map, decoding one of them; the others make
 * scales.
 */
static bool concerns(const struct hs_quant_option_row *row, unsigned command)
{
    static const char *const map[] = {"precision",        "rounding", "division",
                                      "zero_point_order", "narrow",   "reduce_range"};

    if ((command & (EXPLAIN | DEQUANTIZE | REQUANTIZE)) == 0)
        return true;
    for (size_t i = 0; i < (command == DEQUANTIZE ? 1 : HS_COUNTOF(map)); i++)
        if (strcmp(row->name, map[i]) == 0)
            return command != REQUANTIZE || strcmp(row->name, "division") != 0;
    return command == REQUANTIZE && strcmp(row->name, "max_shift") == 0;
}

static const char *observer_name(size_t i)
{
    size_t count;
    const struct hs_observer *const *all = hs_observers(&count);

    return i < count ? all[i]->id : NULL;
}

static const char *profile_name(size_t i)
{
    size_t count;
    const struct hs_profile *all = hs_profiles(&count);

    return i < count ? all[i].name : NULL;
}

static const char *requantize_name(size_t i)
{
    return i < HS_REQUANTIZE_COUNT ? hs_requantize_name((enum hs_requantize)i) : NULL;
}

/* "(minmax|percentile|…)" from the program's own lists. */
static void add_names(char *out, size_t size, const char *option)
{
    const char *(*name)(size_t i) = strcmp(option, "observer") == 0     ? observer_name
                                    : strcmp(option, "profile") == 0    ? profile_name
                                    : strcmp(option, "requantize") == 0 ? requantize_name
                                                                        : NULL;
    size_t used = strlen(out);

    for (size_t i = 0; name != NULL && name(i) != NULL && used < size; i++, used = strlen(out))
        snprintf(out + used, size - used, "%s%s%s", i == 0 ? "(" : "|", name(i),
                 name(i + 1) == NULL ? ")" : "");
}

static size_t add_fixed(struct hs_quant_args *a, unsigned command)
{
    size_t n = 0;

    for (size_t i = 0; i < HS_COUNTOF(fixed); i++) {
        if ((fixed[i].commands & command) == 0)
            continue;
        a->table[n] = fixed[i].opt;
        snprintf(a->helps[n], sizeof a->helps[n], "%s", fixed[i].opt.help);
        add_names(a->helps[n], sizeof a->helps[n], fixed[i].opt.name);
        a->table[n].help = a->helps[n];
        n++;
    }
    return n;
}

void hs_quant_args_table(struct hs_quant_args *a, const char *name)
{
    const struct hs_quant_option_row *row;
    unsigned command = OBSERVE;
    size_t n;

    for (size_t i = 0; i < HS_COUNTOF(commands); i++)
        if (strcmp(commands[i].command, name) == 0)
            command = commands[i].bit;
    n = add_fixed(a, command);
    for (size_t i = 0; (row = hs_quant_option_row(i)) != NULL &&
                       n + HS_COUNTOF(limit_rows) + HS_COUNTOF(notes) < HS_QUANT_ARGS_OPTIONS;
         i++) {
        bool flag = is_plain_flag(row);
        const char *choices = strcmp(row->name, "include_zero") == 0 ? "true|false" : row->choices;

        if (!concerns(row, command))
            continue;
        snprintf(a->names[n], sizeof a->names[n], "%s", row->name);
        for (char *p = a->names[n]; *p != '\0'; p++)
            *p = *p == '_' ? '-' : *p;
        snprintf(a->helps[n], sizeof a->helps[n], "%s%s%s%s", row->help,
                 choices != NULL ? " (" : "", choices != NULL ? choices : "",
                 choices != NULL ? ")" : "");
        a->table[n] = (struct hs_opt){a->names[n],
                                      0,
                                      flag ? HS_OPT_FLAG : HS_OPT_TEXT,
                                      flag              ? NULL
                                      : choices != NULL ? "WORD"
                                                        : "VALUE",
                                      a->helps[n],
                                      flag ? FIELD(flag) + i : FIELD(text) + i * sizeof a->text[0]};
        n++;
    }
    for (size_t i = 0; command != EXPLAIN && limit_rows[i].name != NULL; i++)
        a->table[n++] = limit_rows[i];
    for (size_t i = 0; i < HS_COUNTOF(notes); i++)
        if ((notes[i].commands & command) != 0)
            a->table[n++] = (struct hs_opt)HS_OPT_LINE(notes[i].text);
    a->table[n] = (struct hs_opt)HS_OPT_END;
}
