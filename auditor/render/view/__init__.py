"""The view: an audit turned into plain display values, one file per part of the report."""
