"""Cells of any mesh as plain arrays: their faces, sizes and quality."""
