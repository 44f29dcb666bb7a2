"""The questionnaire engine: definitions, types, logic and validation; pure, without Flask or database."""
