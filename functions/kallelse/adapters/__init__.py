"""One AWS service each; only here are boto3 and its expressions."""
