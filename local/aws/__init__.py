"""DynamoDB, Cognito and SSM for the local stack: moto in a process of its own, and a client to set it up.

Everybody can forge what this signs (moto's key is public), so nothing outside the local stack may trust it.
"""
