"""What a check found, for people and programs: terminal, JSON, one-file HTML, rows of 审核结果."""
