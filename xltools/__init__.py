"""Checked, published departmental final accounts (部门/单位决算公开) from an Excel workbook."""
