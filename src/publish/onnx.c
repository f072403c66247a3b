#include "publish/onnx.h"

#include "publish/protobuf.h"

/* Field numbers of onnx.proto. */
enum {
    ATTRIBUTE_NAME = 1,
    ATTRIBUTE_I = 3,
    ATTRIBUTE_INTS = 8,
    ATTRIBUTE_TYPE = 20,
    NODE_INPUT = 1,
    NODE_OUTPUT = 2,
    NODE_NAME = 3,
    NODE_OP = 4,
    NODE_ATTRIBUTE = 5,
    GRAPH_NODE = 1,
    GRAPH_NAME = 2,
    GRAPH_INITIALIZER = 5,
    GRAPH_INPUT = 11,
    GRAPH_OUTPUT = 12,
    TENSOR_DIMS = 1,
    TENSOR_TYPE = 2,
    TENSOR_NAME = 8,
    TENSOR_RAW = 9,
    VALUE_NAME = 1,
    VALUE_TYPE = 2,
    TYPE_TENSOR = 1,
    TYPE_TENSOR_ELEMENT = 1,
    TYPE_TENSOR_SHAPE = 2,
    SHAPE_DIM = 1,
    DIM_VALUE = 1,
    DIM_PARAM = 2,
    MODEL_IR = 1,
    MODEL_PRODUCER = 2,
    MODEL_PRODUCER_VERSION = 3,
    MODEL_DOC = 6,
    MODEL_GRAPH = 7,
    MODEL_OPSET = 8,
    OPSET_VERSION = 2
};

enum { IR_VERSION = 8, IS_INT = 2, IS_INTS = 7 };

void hs_onnx_dispose(struct hs_onnx *g)
{
    hs_str_dispose(&g->nodes);
    hs_str_dispose(&g->initializers);
    hs_str_dispose(&g->inputs);
    hs_str_dispose(&g->outputs);
    hs_str_dispose(&g->work);
    hs_str_dispose(&g->part);
}

static int element_type(struct hs_onnx *g, enum hs_dtype t)
{
    switch (t) {
    case HS_FLOAT32:
        return 1;
    case HS_UINT8:
        return 2;
    case HS_INT8:
        return 3;
    case HS_INT32:
        return 6;
    case HS_INT64:
        return 7;
    default:
        g->failed = true;
        return 0;
    }
}

/* ValueInfoProto into `out`: name, and a type that holds element type and shape. */
static void value(struct hs_onnx *g, struct hs_str *out, int field, const char *name,
                  enum hs_dtype dtype, int ndim, const size_t *shape)
{
    struct hs_str dim = HS_STR_INIT, tensor = HS_STR_INIT;

    for (int i = 0; i < ndim; i++) {
        if (shape[i] == 0)
            hs_pb_text(&dim, DIM_PARAM, "N");
        else
            hs_pb_int(&dim, DIM_VALUE, (int64_t)shape[i]);
        hs_pb_message(&g->part, SHAPE_DIM, &dim);
    }
    hs_pb_int(&tensor, TYPE_TENSOR_ELEMENT, element_type(g, dtype));
    hs_pb_message(&tensor, TYPE_TENSOR_SHAPE, &g->part);
    hs_pb_message(&g->part, TYPE_TENSOR, &tensor);
    hs_pb_text(&g->work, VALUE_NAME, name);
    hs_pb_message(&g->work, VALUE_TYPE, &g->part);
    hs_pb_message(out, field, &g->work);
    hs_str_dispose(&dim);
    hs_str_dispose(&tensor);
}

void hs_onnx_input(struct hs_onnx *g, const char *name, enum hs_dtype dtype, int ndim,
                   const size_t *shape)
{
    value(g, &g->inputs, GRAPH_INPUT, name, dtype, ndim, shape);
}

void hs_onnx_output(struct hs_onnx *g, const char *name, enum hs_dtype dtype, int ndim,
                    const size_t *shape)
{
    value(g, &g->outputs, GRAPH_OUTPUT, name, dtype, ndim, shape);
}

void hs_onnx_tensor(struct hs_onnx *g, const char *name, const struct hs_tensor *t, int ndim,
                    const size_t *shape)
{
    if (shape == NULL) {
        ndim = t->ndim;
        shape = t->shape;
    }
    for (int i = 0; i < ndim; i++)
        hs_pb_int(&g->work, TENSOR_DIMS, (int64_t)shape[i]);
    hs_pb_int(&g->work, TENSOR_TYPE, element_type(g, t->dtype));
    hs_pb_text(&g->work, TENSOR_NAME, name);
    hs_pb_bytes(&g->work, TENSOR_RAW, t->data, hs_tensor_count(t) * hs_dtype_size(t->dtype));
    hs_pb_message(&g->initializers, GRAPH_INITIALIZER, &g->work);
}

void hs_onnx_scalar(struct hs_onnx *g, const char *name, enum hs_dtype dtype, double v)
{
    char storage[8] = {0};
    struct hs_tensor t = hs_tensor_view(storage, dtype, 0, NULL);

    if (!hs_tensor_set(&t, 0, v))
        g->failed = true;
    hs_onnx_tensor(g, name, &t, 0, NULL);
}

void hs_onnx_begin(struct hs_onnx *g, const char *op, const char *output, const char *const *inputs)
{
    for (; *inputs != NULL; inputs++)
        hs_pb_text(&g->work, NODE_INPUT, *inputs);
    hs_pb_text(&g->work, NODE_OUTPUT, output);
    hs_pb_text(&g->work, NODE_NAME, output);
    hs_pb_text(&g->work, NODE_OP, op);
}

void hs_onnx_int(struct hs_onnx *g, const char *name, int64_t v)
{
    hs_pb_text(&g->part, ATTRIBUTE_NAME, name);
    hs_pb_int(&g->part, ATTRIBUTE_I, v);
    hs_pb_int(&g->part, ATTRIBUTE_TYPE, IS_INT);
    hs_pb_message(&g->work, NODE_ATTRIBUTE, &g->part);
}

void hs_onnx_ints(struct hs_onnx *g, const char *name, const int64_t *v, size_t n)
{
    hs_pb_text(&g->part, ATTRIBUTE_NAME, name);
    for (size_t i = 0; i < n; i++)
        hs_pb_int(&g->part, ATTRIBUTE_INTS, v[i]);
    hs_pb_int(&g->part, ATTRIBUTE_TYPE, IS_INTS);
    hs_pb_message(&g->work, NODE_ATTRIBUTE, &g->part);
}

void hs_onnx_end(struct hs_onnx *g)
{
    hs_pb_message(&g->nodes, GRAPH_NODE, &g->work);
}

enum hs_status hs_onnx_finish(struct hs_str *out, struct hs_onnx *g, const char *name,
                              const char *about, struct hs_error *err)
{
    struct hs_str graph = HS_STR_INIT;
    const struct hs_str *const parts[] = {&g->nodes, &g->initializers, &g->inputs, &g->outputs};

    hs_str_add_bytes(&graph, g->nodes.buf, g->nodes.len);
    hs_pb_text(&graph, GRAPH_NAME, name);
    for (size_t i = 1; i < 4; i++)
        hs_str_add_bytes(&graph, parts[i]->buf, parts[i]->len);
    for (size_t i = 0; i < 4; i++)
        graph.failed = graph.failed || parts[i]->failed;
    hs_pb_int(out, MODEL_IR, IR_VERSION);
    hs_pb_text(out, MODEL_PRODUCER, "halfstep");
    hs_pb_text(out, MODEL_PRODUCER_VERSION, hs_version());
    hs_pb_text(out, MODEL_DOC, about);
    hs_pb_message(out, MODEL_GRAPH, &graph);
    hs_pb_int(&graph, OPSET_VERSION, HS_ONNX_OPSET);
    hs_pb_message(out, MODEL_OPSET, &graph);
    hs_str_dispose(&graph);
    if (g->failed || !hs_str_ok(out))
        return hs_fail(err, HS_ENOMEM, "out of memory for an ONNX model");
    return HS_OK;
}
