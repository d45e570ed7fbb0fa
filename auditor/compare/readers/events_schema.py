"""The messages of TensorBoard's event files, as in its ``.proto`` files.

Format: https://github.com/tensorflow/tensorboard/tree/2.21.0/tensorboard, ``compat/proto`` and
``plugins/hparams``.
"""

from __future__ import annotations

from auditor.compare.readers.protobuf import Schema
from auditor.compare.readers.tensorflow_schema import GRAPHS

__all__ = ["EVENTS"]

EVENTS: Schema = {
    **GRAPHS,
    "Event": {
        1: "wall_time double",
        2: "step int",
        3: "file_version string",
        4: "graph_def view",
        5: "summary Summary",
        6: "log_message LogMessage",
        7: "session_log SessionLog",
        8: "tagged_run_metadata TaggedRunMetadata",
        9: "meta_graph_def view",
        10: "source_metadata SourceMetadata",
    },
    "Summary": {1: "value Summary.Value*"},
    "Summary.Value": {
        1: "tag string",
        2: "simple_value float",
        3: "obsolete_old_style_histogram bytes",
        4: "image Summary.Image",
        5: "histo HistogramProto",
        6: "audio Summary.Audio",
        7: "node_name string",
        8: "tensor TensorProto",
        9: "metadata SummaryMetadata",
    },
    "Summary.Image": {
        1: "height int",
        2: "width int",
        3: "colorspace int",
        4: "encoded_image_string bytes",
    },
    "HistogramProto": {
        1: "min double",
        2: "max double",
        3: "num double",
        4: "sum double",
        5: "sum_squares double",
        6: "bucket_limit doubles",
        7: "bucket doubles",
    },
    "Summary.Audio": {
        1: "sample_rate float",
        2: "num_channels int",
        3: "length_frames int",
        4: "encoded_audio_string bytes",
        5: "content_type string",
    },
    "SummaryMetadata": {
        1: "plugin_data SummaryMetadata.PluginData",
        2: "display_name string",
        3: "summary_description string",
        4: "data_class int",
    },
    "SummaryMetadata.PluginData": {1: "plugin_name string", 2: "content bytes"},
    "LogMessage": {1: "level int", 2: "message string"},
    "SessionLog": {1: "status int", 2: "checkpoint_path string", 3: "msg string"},
    "TaggedRunMetadata": {1: "tag string", 2: "run_metadata bytes"},
    "SourceMetadata": {1: "writer string"},
    "HParamsPluginData": {
        1: "version int",
        2: "experiment Experiment",
        3: "session_start_info SessionStartInfo",
        4: "session_end_info SessionEndInfo",
    },
    "Experiment": {
        1: "description string",
        2: "user string",
        3: "time_created_secs double",
        4: "hparam_infos HParamInfo*",
        5: "metric_infos MetricInfo*",
        6: "name string",
    },
    "HParamInfo": {
        1: "name string",
        2: "display_name string",
        3: "description string",
        4: "type int",
        5: "domain_discrete JsonListValue",
        6: "domain_interval Interval",
        7: "differs bool",
    },
    "JsonListValue": {1: "values JsonValue*"},
    "JsonValue": {
        1: "null_value int",
        2: "number_value double",
        3: "string_value string",
        4: "bool_value bool",
        5: "struct_value JsonStruct",
        6: "list_value JsonListValue",
    },
    "JsonStruct": {1: "fields map<JsonValue>"},
    "Interval": {1: "min_value double", 2: "max_value double"},
    "MetricInfo": {
        1: "name MetricName",
        3: "display_name string",
        4: "description string",
        5: "dataset_type int",
    },
    "MetricName": {1: "group string", 2: "tag string"},
    "SessionStartInfo": {
        1: "hparams map<JsonValue>",
        2: "model_uri string",
        3: "monitor_url string",
        4: "group_name string",
        5: "start_time_secs double",
    },
    "SessionEndInfo": {1: "status int", 2: "end_time_secs double"},
}
